"""The manifests whose kinds kubernetes-validate does not know, and what the manifests refer to."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Bake
from tests.template import CHOICES

Resource = dict[str, Any]
STYLES = CHOICES["auth_style"]


def resources(folder: Path) -> dict[str, Resource]:
    """Return each resource of the manifests in a folder, by its kind and name."""
    return {
        f"{resource['kind']}/{resource['metadata']['name']}": resource
        for path in folder.rglob("*.yaml")
        for resource in yaml.safe_load_all(path.read_text("utf-8"))
        if "metadata" in resource
    }


@pytest.fixture(params=STYLES)
def service(bake: Bake, request: pytest.FixtureRequest) -> Path:
    """Return a service that needs every manifest."""
    answers = {"database": "postgresql", "limiter_backend": "redis", "deployment": "kubernetes"}
    return bake({"auth_style": request.param, **answers})


@pytest.fixture
def manifests(service: Path) -> dict[str, Resource]:
    """Return its resources."""
    return resources(service / "deploy/kubernetes")


def test_the_gateway_and_the_ingress_lead_to_the_service(manifests: dict[str, Resource]) -> None:
    """By TLS only, for the same host, to a port that exists."""
    ports = {port["port"]: port for port in manifests["Service/acme-api"]["spec"]["ports"]}
    gateway = manifests["Gateway/acme-api"]
    assert gateway["apiVersion"] == "gateway.networking.k8s.io/v1"
    (listener,) = gateway["spec"]["listeners"]
    assert (listener["protocol"], listener["port"]) == ("HTTPS", 443)
    assert [each["name"] for each in listener["tls"]["certificateRefs"]] == ["acme-api-tls"]
    route = manifests["HTTPRoute/acme-api"]
    assert route["apiVersion"] == "gateway.networking.k8s.io/v1"
    assert route["spec"]["parentRefs"] == [{"name": gateway["metadata"]["name"]}]
    assert route["spec"]["hostnames"] == [listener["hostname"]]
    ((backend,),) = [rule["backendRefs"] for rule in route["spec"]["rules"]]
    assert (backend["name"], ports[backend["port"]]["name"]) == ("acme-api", "http")
    ingress = manifests["Ingress/acme-api"]["spec"]
    assert ingress["tls"] == [{"hosts": [listener["hostname"]], "secretName": "acme-api-tls"}]
    (rule,) = ingress["rules"]
    assert rule["host"] == listener["hostname"]
    (path,) = rule["http"]["paths"]
    assert path["backend"]["service"] == {"name": "acme-api", "port": {"name": "http"}}


def test_the_overlay_has_the_host_of_the_gateway(
    service: Path, manifests: dict[str, Resource]
) -> None:
    """As the allowed host, and in the URL of the service if it has one."""
    overlay = service / "deploy/kubernetes/overlays/production/kustomization.yaml"
    (generator,) = yaml.safe_load(overlay.read_text("utf-8"))["configMapGenerator"]
    literals = dict(each.split("=", 1) for each in generator["literals"])
    (host,) = manifests["HTTPRoute/acme-api"]["spec"]["hostnames"]
    assert literals.pop("APP_SERVER_ALLOWED_HOSTS") == host
    assert set(literals.values()) <= {f"https://{host}"}
    (source,) = manifests["Deployment/acme-api"]["spec"]["template"]["spec"]["containers"][0][
        "envFrom"
    ]
    assert source == {"configMapRef": {"name": generator["name"]}}


def test_the_service_has_the_documented_time_to_stop(manifests: dict[str, Resource]) -> None:
    """The delay until load balancers have noticed it, and 35 seconds (docs/operations.md)."""
    pod = manifests["Deployment/acme-api"]["spec"]["template"]["spec"]
    values = {each["name"]: each["value"] for each in pod["containers"][0]["env"]}
    delay = int(values["APP_SERVER_SHUTDOWN_DELAY"])
    assert delay >= 5
    assert pod["terminationGracePeriodSeconds"] >= delay + 35


def test_the_service_monitor_finds_the_metrics(manifests: dict[str, Resource]) -> None:
    """By the labels and the port of the Service, with the token from the Secret."""
    found = manifests["Service/acme-api"]
    monitor = manifests["ServiceMonitor/acme-api"]
    assert monitor["apiVersion"] == "monitoring.coreos.com/v1"
    assert monitor["metadata"]["namespace"] == found["metadata"]["namespace"]
    wanted = monitor["spec"]["selector"]["matchLabels"]
    assert wanted.items() <= found["metadata"]["labels"].items()
    (endpoint,) = monitor["spec"]["endpoints"]
    assert endpoint["port"] in {port["name"] for port in found["spec"]["ports"]}
    credentials = {"name": "acme-api", "key": "metrics_token"}
    assert endpoint["authorization"] == {"credentials": credentials}


def test_the_documented_secret_has_every_key(service: Path, manifests: dict[str, Resource]) -> None:
    """No secret is in the manifests; each variable names a file of the Secret in the document."""
    document = (service / "docs/deployment.md").read_text("utf-8")
    created = set(re.findall(r"--from-literal=(\w+)=", document))
    pods = [
        each["spec"]["template"]["spec"]
        for each in manifests.values()
        if each["kind"] in {"Deployment", "Job"}
    ]
    assert len(pods) == 2
    for pod in pods:
        (mounted,) = [volume["secret"] for volume in pod["volumes"] if "secret" in volume]
        assert mounted["secretName"] == "acme-api"
        for container in pod["containers"]:
            files = [each["value"] for each in container["env"] if each["name"].endswith("_FILE")]
            assert {Path(file).name for file in files} == created
            assert {str(Path(file).parent) for file in files} == {"/run/secrets/service"}
    assert "Secret" not in {each["kind"] for each in manifests.values()}


def test_the_network_policies_allow_only_listed_ports(
    service: Path, manifests: dict[str, Resource]
) -> None:
    """Everything else is denied, in both directions."""
    policies = {name: each["spec"] for name, each in manifests.items() if "NetworkPolicy" in name}
    assert policies.pop("NetworkPolicy/default-deny") == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }
    egress = policies.pop("NetworkPolicy/acme-api-egress")["egress"]
    allowed = {port["port"] for rule in egress for port in rule["ports"]}
    provider = {443} if "[provider]" in (service / "settings.toml").read_text("utf-8") else set()
    assert allowed == {53, 5432, 6379} | provider
    (ingress,) = [policy["ingress"] for policy in policies.values()]
    assert [[port["port"] for port in rule["ports"]] for rule in ingress] == [["http"], ["metrics"]]
    assert all(rule["from"] for rule in ingress)
