"""Forms and errors of the OAuth endpoints, for the OpenAPI document.

The endpoints parse their forms themselves and ignore unknown parameters (RFC 6749, section 3.2). They also accept
characters that a ``Line`` excludes.
"""

from marshmallow import RAISE, Schema, fields, validate

from ....fields import Line
from ..parameters import MAX_LENGTH
from .clients import GRANTS


class ClientForm(Schema):
    """Parameters of every endpoint; a confidential client may send its credentials in ``Authorization`` instead."""

    class Meta:
        """Describe the known parameters only. This affects the document, not the endpoints."""

        unknown = RAISE

    client_id = Line(1, MAX_LENGTH, metadata={"description": "The id of the client."})
    client_secret = Line(1, MAX_LENGTH, metadata={"description": "The secret of a confidential client."})


class TokenForm(ClientForm):
    """A token request (RFC 6749, RFC 7636, RFC 8707). Each grant has its own parameters."""

    grant_type = fields.String(
        required=True, validate=validate.OneOf(GRANTS), metadata={"examples": ["client_credentials"]}
    )
    code = Line(1, MAX_LENGTH, metadata={"description": "The authorization code."})
    redirect_uri = Line(1, MAX_LENGTH, metadata={"description": "The redirect URI of the authorization request."})
    code_verifier = Line(1, MAX_LENGTH, metadata={"description": "The PKCE verifier of the code challenge."})
    refresh_token = Line(1, MAX_LENGTH, metadata={"description": "A refresh token, which works once."})
    scope = Line(1, MAX_LENGTH, metadata={"description": "The requested scopes; by default all that are allowed."})
    resource = Line(
        1, MAX_LENGTH, metadata={"description": "The URL of this service; optional, since tokens are for it alone."}
    )


class TokenQuery(ClientForm):
    """A token to revoke or introspect (RFC 7009, RFC 7662)."""

    token = Line(1, MAX_LENGTH, required=True, metadata={"examples": ["header.claims.signature"]})
    token_type_hint = Line(1, MAX_LENGTH, metadata={"description": "Ignored."})


class OAuthErrorSchema(Schema):
    """An OAuth error (RFC 6749, section 5.2)."""

    error = fields.String(metadata={"description": "An error code of RFC 6749."})
    error_description = fields.String(metadata={"x-optional": True, "description": "The cause of the error."})
