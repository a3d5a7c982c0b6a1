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
KEYCLOAK_NO_RIGHTS = {name: value for name, value in KEYCLOAK.items() if name not in ("realm_access", "scope")}
KEYCLOAK_ID = {**KEYCLOAK, "aud": "acme-api", "azp": "acme-api", "typ": "ID", "nonce": "n-0S6", "at_hash": "m0w3Vw"}
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
AUTH0_ID = {
    "iss": AUTH0["iss"],
    "sub": AUTH0["sub"],
    "aud": "K1AUPhZq8mRi0Q0p",
    "sid": "s",
    "nonce": "n",
    "name": "Ada Lovelace",
}
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
OKTA_ID = {
    **{name: value for name, value in OKTA.items() if name not in ("cid", "uid", "scp")},
    "aud": "0oa1b2c3d4",
    "sub": "00u1b2c3d4",
    "at_hash": "fPlsvVsz",
    "amr": ["pwd"],
}
COGNITO = {
    "sub": USER,
    "cognito:groups": ["eu-west-1_Ab12Cd34E_Google", "editors"],
    "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E",
    "version": 2,
    "client_id": "5f2o1q0u8m3k7s9v4w6x1y2z3a",
    "origin_jti": "1b0f1d2c-8f4f-4f7a-9a55-0d1a8d0c7b52",
    "event_id": "8b4c5f52-0a3c-45d1-9d6a-5b1b9b3a7c11",
    "token_use": "access",
    "scope": "openid acme-api/probes:read probes:write",
    "auth_time": 1688145909,
    "jti": "73f5b0b2-6c1e-4b61-a0d9-3a2d0a3f4d21",
    "username": "ada",
}
COGNITO_PROGRAM = {
    "sub": "5f2o1q0u8m3k7s9v4w6x1y2z3a",
    "token_use": "access",
    "scope": "acme-api/probes:read",
    "auth_time": 1688145909,
    "iss": COGNITO["iss"],
    "version": 2,
    "jti": "0c9e1a44-6f05-4d0e-8c3a-9b7d1e5f2a60",
    "client_id": "5f2o1q0u8m3k7s9v4w6x1y2z3a",
}
COGNITO_ID = {
    "at_hash": "kZQ3bYXsVr2Fb0Vw5ZrB1g",
    "sub": USER,
    "cognito:groups": ["editors"],
    "email_verified": True,
    "iss": COGNITO["iss"],
    "cognito:username": "ada",
    "origin_jti": COGNITO["origin_jti"],
    "aud": "5f2o1q0u8m3k7s9v4w6x1y2z3a",
    "token_use": "id",
    "auth_time": 1688145909,
    "jti": "f1a0b2c3-6c1e-4b61-a0d9-3a2d0a3f4d21",
    "email": "ada@example.com",
}
PINGONE = {
    "client_id": CLIENT,
    "iss": f"https://auth.pingone.eu/{TENANT}/as",
    "aud": ["https://api.example.com"],
    "sub": USER,
    "scope": "openid probes:read",
    "sid": "1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b",
    "env": TENANT,
    "org": "0e8f1c2d-3b4a-4c5d-8e6f-7a8b9c0d1e2f",
    "acr": "Single_Factor",
    "auth_time": 1688145909,
}
PINGONE_PROGRAM = {name: value for name, value in PINGONE.items() if name != "sub"}
PINGONE_ID = {
    "iss": PINGONE["iss"],
    "sub": USER,
    "aud": CLIENT,
    "client_id": CLIENT,
    "acr": "Single_Factor",
    "amr": ["pwd"],
    "auth_time": 1688145909,
    "at_hash": "pVtqU2nKc2q0",
    "sid": PINGONE["sid"],
    "preferred_username": "ada",
}
ZITADEL_ROLES = {"editor": {"252855702316398078": "acme.zitadel.cloud"}, "reader": {}}
ZITADEL = {
    "iss": "https://acme-ab12cd.eu1.zitadel.cloud",
    "sub": "252855756087375999",
    "aud": ["252856053933356542", "252855756087375358"],
    "jti": "V2_252862212748621310-at_252862212748686846",
    "client_id": "252856053933356542",
    "token_use": "access",
    "urn:zitadel:iam:org:project:roles": ZITADEL_ROLES,
    "urn:zitadel:iam:org:project:252855756087375358:roles": ZITADEL_ROLES,
}
ZITADEL_ID = {
    **{name: value for name, value in ZITADEL.items() if name not in ("jti", "token_use")},
    "azp": "252856053933356542",
    "amr": ["pwd"],
    "auth_time": 1688145909,
    "sid": "V2_252862212748555774",
}
AUTHENTIK = {
    "iss": "https://authentik.example.com/application/o/acme/",
    "sub": "3f1c0e5b9d2a4c6e8f70b1d2c3e4f5a6978877665544332211000aabbccddeef",
    "aud": "Qm3kZs8TqLw1vXe5",
    "auth_time": 1688145909,
    "acr": "goauthentik.io/providers/oauth2/default",
    "amr": ["pwd"],
    "email": "ada@example.com",
    "email_verified": True,
    "name": "Ada Lovelace",
    "preferred_username": "ada",
    "groups": ["editors"],
    "azp": "Qm3kZs8TqLw1vXe5",
    "uid": "r9GvWmMmJmXw2bQO3p7cV0n1d5Yk8s6T4ZzKfLhA",
}
AUTHENTIK_ID = {**{name: value for name, value in AUTHENTIK.items() if name not in ("azp", "uid")}, "nonce": "n"}
FUSIONAUTH = {
    "aud": AUDIENCE,
    "iss": "https://auth.example.com",
    "sub": USER,
    "jti": "f2b8c1de-0d4f-4b0a-b8de-1f2a3b4c5d6e",
    "authenticationType": "PASSWORD",
    "applicationId": AUDIENCE,
    "roles": ["editor"],
    "scope": "openid offline_access",
    "sid": "e1d2c3b4-0d4f-4b0a-b8de-1f2a3b4c5d6e",
    "auth_time": 1688145909,
    "tid": TENANT,
    "gty": ["authorization_code"],
}
FUSIONAUTH_ID = {
    **{name: value for name, value in FUSIONAUTH.items() if name not in ("scope", "gty")},
    "at_hash": "m0w3Vw",
    "c_hash": "x1Yz2A",
    "email": "ada@example.com",
}
