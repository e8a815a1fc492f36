"""What the measurements ran on, and what else went on there."""
import os
import platform
import re
import resource


def busy_seconds():
    """What all cores have spent so far, on anyone's behalf."""
    with open("/proc/stat") as f:
        v = [int(x) for x in f.readline().split()[1:]]
    return (sum(v[:3]) + sum(v[5:8])) / os.sysconf("SC_CLK_TCK")


def own_peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def look_at_machine():
    with open("/proc/cpuinfo") as f:
        model = re.search(r"model name\s*:\s*(.*)", f.read())
    with open("/proc/meminfo") as f:
        memory = int(f.readline().split()[1]) * 1024
    return {"cpu": model.group(1) if model else platform.machine(), "cores": os.cpu_count(), "memory_bytes": memory,
            "system": f"{platform.system()} {platform.release().split('-')[0]}", "load": os.getloadavg()}
