"""What clients post to the endpoints of the protocol, and how its errors are told, for the OpenAPI document.

The endpoints read their forms themselves, and ignore a parameter that they do not know (RFC 6749, section 3.2).
"""

from marshmallow import RAISE, Schema, fields, validate

from ....declare import Line
from .clients import GRANTS

LONGEST = 4000


class Form(Schema):
    """What a client may send beside its ``Authorization`` header."""

    class Meta:
        """Offer what is known."""

        unknown = RAISE

    client_id = Line(1, LONGEST, metadata={"description": "Who asks, when it is a public client."})


class TokenForm(Form):
    """A request for tokens; each grant has parameters of its own (RFC 6749, RFC 7636, RFC 8707)."""

    grant_type = fields.String(
        required=True, validate=validate.OneOf(GRANTS), metadata={"examples": ["client_credentials"]}
    )
    code = Line(1, LONGEST, metadata={"description": "The code that came back with the person."})
    redirect_uri = Line(1, LONGEST, metadata={"description": "Where the person came back to."})
    code_verifier = Line(1, LONGEST, metadata={"description": "What the challenge was made of."})
    refresh_token = Line(1, LONGEST, metadata={"description": "The refresh token, which works once."})
    scope = Line(1, LONGEST, metadata={"description": "The scopes that are asked for; left out, all of them."})
    resource = Line(1, LONGEST, metadata={"description": "Whom the token is for: this service."})


class TokenQuestion(Form):
    """A token to end or to ask about (RFC 7009, RFC 7662)."""

    token = Line(1, LONGEST, required=True, metadata={"examples": ["header.claims.signature"]})
    token_type_hint = Line(1, LONGEST, metadata={"description": "It changes nothing."})


class ProtocolError(Schema):
    """Why a request was refused (RFC 6749, section 5.2)."""

    error = fields.String(metadata={"description": "One of the words of the standard."})
    error_description = fields.String(metadata={"x-optional": True, "description": "What that means here."})
