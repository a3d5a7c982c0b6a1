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
OTHER_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
# A multi-tenant application: one of the tenants in the settings, and one that is not.
ENTRA_MULTI = {**ENTRA_2, "iss": ENTRA_2["iss"].replace("8f1e6c1d", "b81f5a2c"), "tid": TENANT.replace("8f1", "b81")}
ENTRA_MULTI_OTHER = {**ENTRA_2, "iss": ENTRA_2["iss"].replace(TENANT, OTHER_TENANT), "tid": OTHER_TENANT}
ADFS = {
    "aud": "microsoft:identityserver:https://api.example.com",
    "iss": "http://adfs.example.com/adfs/services/trust",
    "sub": "kB3mJ0yQd3bWmAMXq0zg2yJ0Yw5mJmXw2bQO3p7cV0w=",
    "apptype": "Public",
    "appid": CLIENT,
    "authmethod": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    "auth_time": "2026-11-25T08:11:09.123Z",
    "ver": "1.0",
    "scp": "probes:read openid",
    "role": ["Editors"],
}
ADFS_ID = {
    "aud": CLIENT,
    "iss": "https://adfs.example.com/adfs",
    "sub": ADFS["sub"],
    "apptype": "Public",
    "appid": CLIENT,
    "upn": "ada@corp.example.com",
    "unique_name": "CORP\\ada",
    "sid": "S-1-5-21-1004336348-1177238915-682003330-512",
}
