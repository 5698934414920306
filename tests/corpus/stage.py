"""The world around one target of the corpus: a temporary directory, files made beforehand, processes outside the
tree, a peer on another host, a control group, the user. Everything is taken down again, whatever happens.

It knows nothing of verdicts (score.py) and nothing of the order of targets (corpus.py).
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time

NOBODY = "65534"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LIMIT_S = 120  # no target lasts longer than 10 s; with tools and a busy machine this is never reached
PEER = "10.213.77.2"  # of a /30 that the driver makes for itself
SETTLE_S = 0.5  # for a server outside to listen


class Skip(Exception):
    """Why a target cannot run here."""


def quiet(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def file_system(path):
    return quiet("stat", "-f", "-c", "%T", path).stdout.strip()


class Peer:
    """Another host: a network namespace behind a veth pair, made at first use."""

    def __init__(self):
        self.name = f"bncorpus{os.getpid()}"
        self.made = False

    def make(self):
        if self.made:
            return
        if os.geteuid() != 0:
            raise Skip("a network namespace needs root")
        near, far = f"bnc{os.getpid() % 100000}a", f"bnc{os.getpid() % 100000}b"
        for line in (
            f"ip netns add {self.name}",
            f"ip link add {near} type veth peer name {far} netns {self.name}",
            f"ip addr add 10.213.77.1/30 dev {near}",
            f"ip link set {near} up",
            f"ip -n {self.name} addr add {PEER}/30 dev {far}",
            f"ip -n {self.name} link set {far} up",
            f"ip -n {self.name} link set lo up",
        ):
            done = quiet(*line.split())
            if done.returncode != 0:
                quiet("ip", "netns", "del", self.name)
                raise Skip(f"no network namespace: {line}: {done.stderr.strip()}")
        self.made = True

    def remove(self):
        if self.made:
            quiet("ip", "netns", "del", self.name)


class ControlGroup:
    """A limit on memory or CPU time, version 1 or 2 of control groups."""

    def __init__(self, limits):
        self.folders = []
        if os.geteuid() != 0:
            raise Skip("a control group needs root")
        try:
            if "memory_mb" in limits:
                size = limits["memory_mb"] << 20
                self._limit("memory", {"memory.max": size}, {"memory.limit_in_bytes": size})
            if "cpus" in limits:
                quota = int(limits["cpus"] * 100000)
                self._limit("cpu", {"cpu.max": f"{quota} 100000"}, {"cpu.cfs_period_us": 100000, "cpu.cfs_quota_us": quota})
        except OSError as error:
            self.remove()
            raise Skip(f"no control group: {error}") from error

    def _limit(self, controller, version_2, version_1):
        root, settings = f"/sys/fs/cgroup/{controller}", version_1
        if os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
            root, settings = "/sys/fs/cgroup", version_2
            with open(f"{root}/cgroup.subtree_control", "w", encoding="ascii") as file:
                file.write(f"+{controller}")
        if not os.path.isdir(root):
            raise OSError(f"{root} is not there")
        folder = f"{root}/bncorpus{os.getpid()}"
        os.makedirs(folder, exist_ok=True)
        self.folders.append(folder)
        for name, value in settings.items():
            with open(f"{folder}/{name}", "w", encoding="ascii") as file:
                file.write(str(value))

    def enter(self):
        """A command prefix that puts itself into the group."""
        lines = [f"echo $$ > {folder}/cgroup.procs" for folder in self.folders]
        return ["sh", "-c", " && ".join(lines + ['exec "$@"']), "enter"]

    def remove(self):
        for folder in set(self.folders):
            for _ in range(50):  # emptied groups linger for a moment
                try:
                    os.rmdir(folder)
                    break
                except OSError:
                    time.sleep(0.1)


class Stage:
    """One target's world. Used as a context; `run` starts a command in it as the target's user."""

    def __init__(self, label, bin_folder, base, as_nobody, peer):
        self.label, self.bin, self.as_nobody, self.peer = label, bin_folder, as_nobody, peer
        self.base, self.outside, self.group, self.stdin = base, [], None, None

    def __enter__(self):
        try:
            self._check_needs()
            self.tmp = tempfile.mkdtemp(prefix="corpus-", dir=self.base)
            shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else self.base
            self.shm = tempfile.mkdtemp(prefix="corpus-", dir=shared)
            if self.as_nobody:
                for folder in (self.tmp, self.shm):
                    os.chown(folder, int(NOBODY), int(NOBODY))
            if "cgroup" in self.label:
                self.group = ControlGroup(self.label["cgroup"])
            self._set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.outside:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        if self.group:
            self.group.remove()
        for name in ("tmp", "shm"):
            if hasattr(self, name):
                shutil.rmtree(getattr(self, name), ignore_errors=True)

    def _check_needs(self):
        for need in self.label.get("needs", []):
            if need == "root" and os.geteuid() != 0:
                raise Skip("needs root to set up")
            if need == "disk" and file_system(self.base) in ("tmpfs", "ramfs"):
                raise Skip(f"{self.base} is no disk: --base DIR")
            if need == "two_cpus" and len(os.sched_getaffinity(0)) < 2:
                raise Skip("needs two CPUs")
            if need.startswith("{bin}/"):
                if not os.access(need.replace("{bin}", self.bin), os.X_OK):
                    raise Skip(f"{need[6:]} is not built: no compiler for it here")
            elif need not in ("root", "disk", "two_cpus") and not shutil.which(need, path=PATH):
                raise Skip(f"{need} is not installed")
        if "peer" in self.label:
            self.peer.make()

    def _set_up(self):
        for line in self.label.get("setup", []):
            done = subprocess.run(self._as_user(["sh", "-c", self.fill(line)]), cwd=self.tmp, env=self.environment(),
                                  capture_output=True, text=True, timeout=LIMIT_S, check=False)
            if done.returncode != 0:
                raise Skip(f"set-up failed: {line}: {done.stderr.strip()[-200:]}")
        for line in self.label.get("outside", []):
            self._start_outside(["sh", "-c", "exec " + self.fill(line)], subprocess.DEVNULL)
        for line in self.label.get("peer", []):
            self._start_outside(["ip", "netns", "exec", self.peer.name, "sh", "-c", "exec " + self.fill(line)], subprocess.DEVNULL)
        if "stdin" in self.label:
            self.stdin = self._start_outside(["sh", "-c", self.fill(self.label["stdin"])], subprocess.PIPE).stdout
        if self.outside:
            time.sleep(SETTLE_S)

    def _start_outside(self, command, stdout):
        process = subprocess.Popen(command, cwd=self.tmp, env=self.environment(), stdin=subprocess.DEVNULL,
                                   stdout=stdout, stderr=subprocess.DEVNULL, start_new_session=True)
        self.outside.append(process)
        return process

    def _as_user(self, command):
        if not self.as_nobody:
            return command
        return ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", *command]

    def environment(self):
        return {"PATH": PATH, "LC_ALL": "C", "HOME": getattr(self, "tmp", "/"), **self.label.get("env", {})}

    def fill(self, text):
        cpus = sorted(os.sched_getaffinity(0))
        words = {"{bin}": self.bin, "{tmp}": self.tmp, "{shm}": self.shm, "{peer}": PEER, "{cpu0}": str(cpus[0]),
                 "{cpu1}": str(cpus[-1])}
        for word, value in words.items():
            text = text.replace(word, value)
        return text

    def command(self):
        return [self.fill(word) for word in self.label["command"]]

    def run(self, prefix, launcher=()):
        """Runs `prefix` with the target's command behind it as the target's user, all of it behind `launcher`, which
        keeps our rights; returns (exit status, last line of stderr)."""
        whole = [*launcher, *self._as_user([*prefix, *self.command()])]
        if self.group:
            whole = self.group.enter() + whole
        process = subprocess.Popen(whole, cwd=self.tmp, env=self.environment(), stdin=self.stdin or subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
                                   start_new_session=True)
        try:
            _, errors = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return -1, f"killed after {LIMIT_S} s"
        lines = errors.strip().splitlines()
        return process.returncode, lines[-1] if lines else ""
