"""The claims of tokens of identity providers that a team runs itself, or that any team can run."""

from tests.core.provider_claims import USER

SPRING = {
    "iss": "https://auth.example.com",
    "sub": "ada",
    "aud": "web",
    "scope": ["openid", "probes:read"],
    "jti": "1f3c9a52-6c1e-4b61-a0d9-3a2d0a3f4d21",
}
SPRING_PROGRAM = {**SPRING, "sub": "web", "scope": ["probes:read"]}
SPRING_ID = {
    **{name: value for name, value in SPRING.items() if name != "scope"},
    "auth_time": 1688145909,
    "azp": "web",
    "sid": "m0w3VwQ1x1Yz2A",
}
DUENDE = {
    "iss": "https://identity.example.com",
    "aud": "https://api.example.com",
    "scope": ["openid", "probes:read"],
    "amr": ["pwd"],
    "client_id": "web",
    "sub": USER,
    "auth_time": 1688145909,
    "idp": "local",
    "sid": "3B1C9E0A",
    "jti": "A7C9F2E4B1D0",
}
DUENDE_PROGRAM = {**DUENDE, "sub": "job"} | {"client_id": "job"}
DUENDE_ID = {
    **{name: value for name, value in DUENDE.items() if name not in ("client_id", "scope")},
    "aud": "web",
    "at_hash": "m0w3VwQ1",
}
LOGTO = {
    "jti": "8Yx3Yc0xK1",
    "sub": "foo_user_id",
    "iss": "https://acme.logto.app/oidc",
    "aud": "https://api.example.com",
    "client_id": "a1b2c3d4e5",
    "scope": "probes:read",
}
LOGTO_ID = {"sub": LOGTO["sub"], "iss": LOGTO["iss"], "aud": LOGTO["client_id"], "at_hash": "m0w3VwQ1"}
SUPERTOKENS = {
    "iss": "https://api.example.com/auth",
    "sub": USER,
    "tId": "public",
    "rsub": USER,
    "sessionHandle": "7f2a1b0c-9d8e-4c6b-9d3e-5a8b8e5f8f1e",
    "refreshTokenHash1": "0" * 32,
    "parentRefreshTokenHash1": None,
    "antiCsrfToken": None,
    "st-ev": {"t": 1688145909000, "v": True},
    "st-perm": {"t": 1688145909000, "v": []},
    "st-role": {"t": 1688145909000, "v": ["editor"]},
}
