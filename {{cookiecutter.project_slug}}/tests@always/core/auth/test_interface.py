"""The backend has exactly the public names of the interface. mypy compares the types."""

from types import ModuleType


def test_the_backend_exports_the_names_of_the_interface(service: ModuleType) -> None:
    interface = {name for name in vars(service.core.auth.interface.Backend) if not name.startswith("_")}
    assert set(service.core.auth.backend.__all__) == interface
    assert all(hasattr(service.core.auth.backend, name) for name in interface)
