"""Every workload on netcore and on all peers that are installed: `python -m benchmarks.peers [--workloads W1 W5]`."""

import argparse

from benchmarks import machine, threads

threads.pin()

from benchmarks.output import write_json  # noqa: E402  # the number of threads comes before NumPy
from benchmarks.peers import results  # noqa: E402
from benchmarks.peers.driver import Timing, measure, running  # noqa: E402
from benchmarks.peers.engines import ENGINES, installed  # noqa: E402
from benchmarks.peers.picture import ratios_picture  # noqa: E402
from benchmarks.peers.workloads import WORKLOADS  # noqa: E402


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES), help="netcore is always there")
    parser.add_argument("--turns", type=int, default=5)
    given = parser.parse_args(arguments)
    entries, missing = installed(list(dict.fromkeys([results.OURS, *given.engines])))
    for name, packages in missing.items():
        print(f"{name} is left out: pip install {' '.join(packages)}")
    before = machine.described()
    measured: dict[str, dict[str, Timing]] = {}
    with running(entries) as processes:
        for name in given.workloads:
            measured[name] = measure(WORKLOADS[name], processes, given.turns)
            print(results.table({name: measured[name]}).splitlines()[-1], flush=True)
    described = before | {"load_average_after": machine.load_average(), "left_out": missing}
    print(f"\n{results.table(measured)}\n", *results.verdict(measured), sep="\n")
    write_json("peers", results.as_json(described, given.turns, measured))
    ratios_picture(measured)


if __name__ == "__main__":
    main()
