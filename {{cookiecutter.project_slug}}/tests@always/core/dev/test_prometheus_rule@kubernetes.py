"""The alert rules as a resource of the Prometheus Operator."""

from pathlib import Path

import yaml

from dev import prometheus_rule


def test_the_resource_contains_the_groups_of_all_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yml").write_text(f"groups: [{{name: {name}, rules: []}}]")
    target = tmp_path / "rule.yaml"
    prometheus_rule.write(tmp_path, target, "shop")
    resource = yaml.safe_load(target.read_text("utf-8"))
    assert (resource["kind"], resource["metadata"]) == ("PrometheusRule", {"name": "shop"})
    assert [group["name"] for group in resource["spec"]["groups"]] == ["a", "b"]
