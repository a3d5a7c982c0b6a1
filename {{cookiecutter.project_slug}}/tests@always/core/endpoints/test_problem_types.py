"""``/problems/<name>``: the description of a problem type."""

from flask.testing import FlaskClient


def test_an_unknown_problem_type_is_404(client: FlaskClient) -> None:
    assert client.get("/problems/nothing").status_code == 404
