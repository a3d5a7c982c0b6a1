"""The claims of access tokens and ID tokens that well-known providers issue."""

TENANT = "8f1e6c1d-2a51-4a5e-9a0e-6a2d0c3b7f11"
AUDIENCE = "3c9f4b0e-7f0d-4d43-8d3b-0f6d5e2a9c10"
CLIENT = "f4a2e0b6-5e4b-4d6f-8a7e-5e0c0c6f0d42"
USER = "d0d9b4f2-2c0a-44e2-9b6e-0c1f5a3e7b90"

JWT = {"alg": "RS256", "typ": "JWT", "kid": "one"}
KEYCLOAK = {
    "jti": "onrtac:6b1f0a3c-4f4e-4a3d-9a50-6a1d8a0d7a55",
    "iss": "https://login.example.com/realms/acme",
    "aud": ["acme-api", "account"],
    "sub": USER,
    "typ": "Bearer",
    "azp": "web",
    "sid": "f3b6a1de-0d4f-4b0a-b8de-1f2a3b4c5d6e",
    "acr": "1",
    "allowed-origins": ["https://app.example.com"],
    "realm_access": {"roles": ["offline_access", "editor", "default-roles-acme"]},
    "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}},
    "scope": "openid profile email",
    "email_verified": True,
    "name": "Ada Lovelace",
    "preferred_username": "ada",
}
KEYCLOAK_ID = {**KEYCLOAK, "aud": "acme-api", "azp": "acme-api", "typ": "ID", "nonce": "n-0S6", "at_hash": "m0w3Vw"}
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
AUTH0 = {
    "iss": "https://acme.eu.auth0.com/",
    "sub": "auth0|6553da60a54af58e29493993",
    "aud": ["https://api.example.com", "https://acme.eu.auth0.com/userinfo"],
    "scope": "openid profile probes:read",
}
AUTH0_9068 = {**AUTH0, "client_id": "K1AUPhZq8mRi0Q0p", "jti": "73WakrfVbNJBaAmhQtEeDv"}
AUTH0_OWN = {**AUTH0, "azp": "K1AUPhZq8mRi0Q0p", "permissions": ["probes:read", "probes:write"]}
AUTH0_PROGRAM = {
    **AUTH0_OWN,
    "sub": "K1AUPhZq8mRi0Q0p@clients",
    "aud": "https://api.example.com",
    "gty": "client-credentials",
}
AUTH0_ID = {**AUTH0, "aud": "K1AUPhZq8mRi0Q0p", "sid": "s", "nonce": "n"}
OKTA = {
    "ver": 1,
    "jti": "AT.MNAoEQ_jbKqoinrQo1D0XKjMX28U5d7ZszBceot7-Ts",
    "iss": "https://acme.okta.com/oauth2/default",
    "aud": "api://default",
    "cid": "0oa1b2c3d4",
    "uid": "00u1b2c3d4",
    "scp": ["openid", "probes:read"],
    "auth_time": 1688145909,
    "sub": "ada@example.com",
}
OKTA_ID = {**OKTA, "aud": "0oa1b2c3d4", "at_hash": "fPlsvVsz", "amr": ["pwd"]}
