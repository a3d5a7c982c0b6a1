"""The claims of Microsoft's access tokens and ID tokens: Entra ID and Azure AD B2C."""

from tests.core.provider_claims import AUDIENCE, CLIENT, TENANT, USER

ENTRA_2 = {
    "aud": AUDIENCE,
    "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
    "aio": "AWQAm/8XAAAAq0b3",
    "azp": CLIENT,
    "azpacr": "0",
    "name": "Ada Lovelace",
    "oid": USER,
    "preferred_username": "ada@example.com",
    "rh": "1.AXoAHWwejx",
    "scp": "probes:read",
    "sid": "00c2a1f5",
    "sub": "pairwise-Xy1bQ0",
    "tid": TENANT,
    "uti": "yqGZ1y9rA0mT2k",
    "ver": "2.0",
}
ENTRA_2_ID = {name: value for name, value in ENTRA_2.items() if name not in ("scp", "azp", "azpacr")} | {"nonce": "n"}
ENTRA_2_APP = {name: value for name, value in ENTRA_2.items() if name not in ("scp", "name", "sid")} | {
    "roles": ["Probes.Write"],
    "idtyp": "app",
    "sub": USER,
}
# The front end and the API are one registration.
ENTRA_SINGLE = {**ENTRA_2, "azp": AUDIENCE}
ENTRA_SINGLE_ID = {
    **{name: value for name, value in ENTRA_SINGLE.items() if name not in ("scp", "azpacr")},
    "nonce": "678910",
    "roles": ["Probes.Write"],
}
ENTRA_1 = {
    "aud": f"api://{AUDIENCE}",
    "iss": f"https://sts.windows.net/{TENANT}/",
    "acr": "1",
    "amr": ["pwd"],
    "appid": CLIENT,
    "appidacr": "0",
    "oid": USER,
    "scp": "probes:read probes:write",
    "sub": "pairwise-Xy1bQ0",
    "tid": TENANT,
    "unique_name": "ada@example.com",
    "uti": "yqGZ1y9rA0mT2k",
    "ver": "1.0",
}
B2C = {
    "iss": f"https://acme.b2clogin.com/{TENANT}/v2.0/",
    "aud": AUDIENCE,
    "sub": "Not supported currently. Use oid claim.",
    "oid": USER,
    "name": "Ada Lovelace",
    "emails": ["ada@example.com"],
    "tfp": "B2C_1_sign_in",
    "nonce": "0190cd2e-5a4f-7d20-8a3c-3b1f0f7f1c55",
    "scp": "probes:read probes:write",
    "azp": CLIENT,
    "ver": "1.0",
    "auth_time": 1688145909,
}
B2C_ID = {**{name: value for name, value in B2C.items() if name not in ("scp", "azp")}, "aud": AUDIENCE}
