class Burn {
  public static void main(String[] words) {
    long sum = 1;
    for (int i = 0; i < 100_000_000; ++i) sum = sum * 6364136223846793005L + 1442695040888963407L;
    System.out.println("java " + sum);
    System.exit(17);
  }
}
