"""How CI publishes an image: scanned, with a bill of materials, signed and attested."""

import re

import yaml

from tests.conftest import Bake


def test_github_publishes_without_a_stored_key(bake: Bake) -> None:
    """Only a tag is published, signed after a scan; private repositories enable the attestation."""
    text = (bake({"ci": "github"}) / ".github/workflows/image.yml").read_text("utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert set(re.findall(r"secrets\.(\w+)", text)) == {"GITHUB_TOKEN"}
    scan = jobs["build"]["steps"][-1]
    assert scan["uses"].startswith("anchore/scan-action@")
    assert scan["with"]["severity-cutoff"] == "high"
    publish = jobs["publish"]
    assert publish["needs"] == "build"
    assert publish["if"] == "startsWith(github.ref, 'refs/tags/v')"
    assert publish["permissions"]["id-token"] == "write"
    steps = {step["uses"].partition("@")[0]: step for step in publish["steps"] if "uses" in step}
    assert steps["anchore/sbom-action"]["with"]["format"] == "cyclonedx-json"
    (condition,) = re.findall(r"\{\{ (.*) \}\}", steps["actions/attest-build-provenance"]["if"])
    assert condition == "!github.event.repository.private || vars.ATTEST_PROVENANCE == 'true'"
    order = [step.get("uses", step.get("run", "")) for step in publish["steps"]]
    pushed = next(each for each, step in enumerate(order) if "docker/build-push-action" in step)
    assert order[pushed + 1].startswith("anchore/scan-action@")
    rescan = publish["steps"][pushed + 1]["with"]
    image = steps["anchore/sbom-action"]["with"]["image"]
    assert rescan == scan["with"] | {"image": image}
    assert image.endswith("@${{ steps.push.outputs.digest }}")
    commands = "".join(step.get("run", "") for step in publish["steps"][pushed + 2 :])
    assert "cosign sign --yes" in commands
    assert "cosign attest --yes --type cyclonedx" in commands


def test_gitlab_publishes_without_a_stored_key(bake: Bake) -> None:
    """In the same order and under the same conditions."""
    text = (bake({"ci": "gitlab"}) / ".gitlab-ci.yml").read_text("utf-8")
    container = yaml.safe_load(text)["container"]
    assert container["id_tokens"] == {"SIGSTORE_ID_TOKEN": {"aud": "sigstore"}}
    assert "COSIGN_KEY" not in text
    order = [
        "docker build",
        "grype .* --fail-on high",
        "syft scan .* cyclonedx-json=",
        'test -n "\\$CI_COMMIT_TAG" \\|\\| exit 0',
        "docker push",
        "cosign sign",
        "cosign attest --type cyclonedx",
        "CI_PROJECT_VISIBILITY.*ATTEST_PROVENANCE.*exit 0",
        "cosign attest --type slsaprovenance1",
    ]
    assert re.search(".*".join(order), "\n".join(container["script"]), re.DOTALL)
