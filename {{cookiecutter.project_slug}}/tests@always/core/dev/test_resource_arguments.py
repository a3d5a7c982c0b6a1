"""``python -m dev.resource`` accepts the fields before and after the options."""

import pytest

from dev import environment
from dev.resource import __main__ as command
from dev.resource import creation, interruption, removal
from dev.resource.design import Design
from tests.core.dev.designs import parsed
from tests.core.package import ROOT


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[Design | str]:
    """The designs to create and the names to remove, instead of doing it."""
    calls: list[Design | str] = []
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(interruption, "exit_at_signals", lambda: None)
    monkeypatch.setattr(environment, "create", lambda _: None)
    monkeypatch.setattr(creation, "create", calls.append)
    monkeypatch.setattr(removal, "remove", calls.append)
    return calls


@pytest.mark.parametrize(
    "arguments",
    [
        "stati title:string seats:integer? --singular state",
        "stati --singular state title:string seats:integer?",
        "stati title:string --singular=state seats:integer?",
        "--singular state stati title:string seats:integer?",
    ],
)
def test_the_fields_may_follow_an_option(
    called: list[Design | str], monkeypatch: pytest.MonkeyPatch, arguments: str
) -> None:
    monkeypatch.setattr("sys.argv", ["dev.resource", *arguments.split()])
    command.main()
    assert called == [parsed("title:string", "seats:integer?", plural="stati", singular="state")]


def test_a_resource_to_remove_is_an_option(called: list[Design | str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["dev.resource", "--remove", "bookings"])
    command.main()
    assert called == ["bookings"]


@pytest.mark.parametrize(
    "arguments", ["", "--singular state", "stati title:string --remove bookings", "stati --plural x"]
)
def test_other_arguments_are_refused(
    called: list[Design | str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: str
) -> None:
    monkeypatch.setattr("sys.argv", ["dev.resource", *arguments.split()])
    with pytest.raises(SystemExit) as exit_info:
        command.main()
    assert (exit_info.value.code, called) == (2, [])
    assert "error: " in capsys.readouterr().err
