"""take_memory.py MEGABYTES STATUS [LIMIT]: takes that much memory, 4 MB every 20 ms, and exits so.
With LIMIT (in MB) it sets RLIMIT_DATA on itself first, as a server or a sandbox does."""
import resource
import sys
import time

STEP = 4_000_000

megabytes, status = int(sys.argv[1]), int(sys.argv[2])
if len(sys.argv) > 3:
    limit = int(sys.argv[3]) * 1_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
held = []
for _ in range(megabytes * 1_000_000 // STEP):
    held.append(bytearray(STEP))
    time.sleep(0.02)
sys.exit(status)
