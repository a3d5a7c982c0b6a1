"""Write the alert rules of ``ops/`` as a PrometheusRule: ``uv run python -m dev.prometheus_rule``.

The Prometheus Operator reads rules only from such a resource.
"""

import argparse
import json
from pathlib import Path

import yaml

from . import ROOT

RULES = ROOT / "ops/prometheus/rules"
TARGET = ROOT / "deploy/kubernetes/monitoring/prometheus-rule.yaml"


def write(rules: Path, target: Path, name: str) -> None:
    """Write the groups of all files in ``rules`` to ``target``. JSON is also YAML."""
    files = [yaml.safe_load(file.read_text("utf-8")) for file in sorted(rules.glob("*.yml"))]
    resource = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": name},
        "spec": {"groups": [group for file in files for group in file["groups"]]},
    }
    target.write_text(json.dumps(resource, indent=2) + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m dev.prometheus_rule", description=__doc__).parse_args()
    write(RULES, TARGET, ROOT.name)
    print(f"Wrote {TARGET.relative_to(ROOT).as_posix()}")
