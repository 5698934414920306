// Kernels as Rust has them (bounds checks, iterators, its own hash map):  kernels_rust NAME [SECONDS] | NAME tiny | list
// The line of truth is that of kernels_main.cpp, by the wall clock: the standard library has no other.
use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

fn next_random(x: &mut u64) -> u64 {
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    *x
}

#[inline(never)]
fn rust_sum(a: &[u64]) -> u64 {
    a.iter().fold(0, |total, x| total.wrapping_add(*x))
}

#[inline(never)]
fn rust_look_up(map: &HashMap<u64, u64>, seed: &mut u64, steps: usize) -> u64 {
    let mask = map.len() as u64 - 1;
    (0..steps).map(|_| map[&(next_random(seed) >> 20 & mask)]).sum()
}

#[inline(never)]
fn rust_sieve(composite: &mut [bool]) -> u64 {
    composite.fill(false);
    let mut primes = 0;
    for i in 2..composite.len() {
        if !composite[i] {
            primes += 1;
            let mut k = i * i;
            while k < composite.len() {
                composite[k] = true;
                k += i;
            }
        }
    }
    primes
}

fn time(name: &str, tiny: bool, seconds: f64, bytes: f64, iterations: f64, step: u32, mut pass: impl FnMut() -> u64) {
    let start = Instant::now();
    let (mut passes, mut checksum) = (0.0, 0u64);
    loop {
        checksum = checksum.wrapping_add(black_box(pass()));
        passes += 1.0;
        if if tiny { passes >= 2.0 } else { start.elapsed().as_secs_f64() >= seconds } {
            break;
        }
    }
    eprintln!(
        "truth name={} thread=0 bytes={} iterations={} flops=0 step={} cpu_s={:.6} passes={} checksum={}",
        name, bytes * passes, iterations * passes, step, start.elapsed().as_secs_f64(), passes, checksum
    );
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let name = words.get(1).map(String::as_str).unwrap_or("");
    let tiny = words.get(2).map_or(false, |word| word == "tiny");
    let seconds = words.get(2).and_then(|word| word.parse().ok()).unwrap_or(1.5);
    match name {
        "list" => println!("rust_sum\nrust_look_up\nrust_sieve"),
        "rust_sum" => {
            let n: usize = if tiny { 32_000 } else { 32_000_000 };
            let a: Vec<u64> = (0..n as u64).map(|i| i & 255).collect();
            time(name, tiny, seconds, 8.0 * n as f64, n as f64, 8, || rust_sum(black_box(&a)));
        }
        "rust_look_up" => {
            let n: u64 = if tiny { 1 << 10 } else { 1 << 22 }; // 17 bytes for each of 8 M places: 140 MB
            let map: HashMap<u64, u64> = (0..n).map(|i| (i, i & 7)).collect();
            let mut seed = 11;
            let steps = if tiny { 1_000 } else { 100_000 };
            time(name, tiny, seconds, 0.0, steps as f64, 0, || rust_look_up(&map, &mut seed, steps));
        }
        "rust_sieve" => {
            let mut composite = vec![false; if tiny { 2_000 } else { 24_000 }]; // in the first cache
            time(name, tiny, seconds, 0.0, 0.0, 0, || rust_sieve(black_box(&mut composite)));
        }
        _ => std::process::exit(2),
    }
}
