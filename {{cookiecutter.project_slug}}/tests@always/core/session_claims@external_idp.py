"""The claims of the tokens that hosted user management services issue to the applications of a team."""

from tests.core.provider_claims import USER

SUPABASE = {
    "iss": "https://abcdefghijklmnopqrst.supabase.co/auth/v1",
    "sub": USER,
    "aud": "authenticated",
    "email": "ada@example.com",
    "phone": "",
    "app_metadata": {"provider": "email", "providers": ["email"], "roles": ["editor"]},
    "user_metadata": {"email_verified": True},
    "role": "authenticated",
    "aal": "aal1",
    "amr": [{"method": "password", "timestamp": 1688145909}],
    "session_id": "59d7e3b2-6c1e-4b61-a0d9-3a2d0a3f4d21",
    "is_anonymous": False,
}
CLERK = {
    "azp": "https://app.example.com",
    "fva": [4, -1],
    "iss": "https://clerk.example.com",
    "o": {"fpm": "3", "id": "org_2b6fcd92dvf96q05x8e4a8xvt6a", "per": "read,manage", "rol": "editor", "slg": "acme"},
    "pla": "o:free_org",
    "sid": "sess_2a8f5c1db3ae4d1a9f3",
    "sts": "active",
    "sub": "user_2b6fcd92dvf96q05x8e4a8xvt6a",
    "v": 2,
}
WORKOS = {
    "iss": "https://api.workos.com",
    "aud": "https://api.example.com",
    "sub": "user_01HBEQKA6K4QJAS93VPE39W1JT",
    "org_id": "org_01HRDMC6CM357W30QMHMQ96Q0S",
    "role": "member",
    "roles": ["member"],
    "permissions": ["probes:read", "probes:write"],
    "entitlements": ["audit-logs"],
    "sid": "session_01HQSXZGF8FHF7A9ZZFCW4387R",
    "jti": "01HQSXZXPPFPKMDD32RKTFY6PV",
}
KINDE = {
    "aud": ["https://api.example.com"],
    "azp": "81d9dc7443cd4a5b9cd1ea0f3d8ea5ce",
    "gty": [],
    "iss": "https://acme.kinde.com",
    "jti": "9d1b4f3c-6c1e-4b61-a0d9-3a2d0a3f4d21",
    "org_code": "org_1b2c3d4e5f6",
    "permissions": ["probes:read"],
    "roles": [{"id": "0187b0ca", "key": "editor", "name": "Editor"}],
    "scp": ["openid", "profile", "email", "offline"],
    "sub": "kp_3f1c0e5b9d2a4c6e8f70b1d2c3e4f5a6",
}
KINDE_ID = {
    **{name: value for name, value in KINDE.items() if name not in ("gty", "permissions", "roles", "scp")},
    "aud": [KINDE["azp"]],
    "at_hash": "m0w3VwQ1",
    "auth_time": 1688145909,
    "rat": 1688145909,
    "updated_at": 1688145909,
}
HYDRA = {
    "aud": ["https://api.example.com"],
    "client_id": "0d7b0ca1-6c1e-4b61-a0d9-3a2d0a3f4d21",
    "ext": {},
    "iss": "https://acme.projects.oryapis.com",
    "jti": "5d1b4f3c-6c1e-4b61-a0d9-3a2d0a3f4d21",
    "scp": ["openid", "probes:read"],
    "sub": USER,
}
HYDRA_ID = {
    **{name: value for name, value in HYDRA.items() if name not in ("client_id", "ext", "scp")},
    "aud": [HYDRA["client_id"]],
    "acr": "0",
    "amr": ["password"],
    "at_hash": "m0w3VwQ1",
    "rat": 1688145909,
    "sid": "f3b6a1de-0d4f-4b0a-b8de-1f2a3b4c5d6e",
}
STYTCH = {
    "iss": "stytch.com/project-live-2fd863ad-d146-4ed8-8753-64ea5d0ecb6a",
    "aud": ["project-live-2fd863ad-d146-4ed8-8753-64ea5d0ecb6a"],
    "sub": "user-live-fde03dd1-fff7-4b3c-9b31-ead3fbc224de",
    "https://stytch.com/session": {
        "id": "session-live-e26a0ccb-0dc0-4edb-a4bb-e70210f43555",
        "started_at": "2023-06-30T17:25:09Z",
        "last_accessed_at": "2023-06-30T17:25:09Z",
        "expires_at": "2023-06-30T18:25:09Z",
        "attributes": {"user_agent": "", "ip_address": ""},
        "authentication_factors": [{"type": "magic_link", "delivery_method": "email"}],
        "roles": ["stytch_user", "editor"],
    },
}
STYTCH_PROGRAM = {
    **{name: value for name, value in STYTCH.items() if not name.startswith("https:")},
    "sub": "m2m-client-live-d731954d-dab3-4a2b-bdee-07f3ad1be885",
    "client_id": "m2m-client-live-d731954d-dab3-4a2b-bdee-07f3ad1be885",
    "scope": "probes:read",
}
STYTCH_ID = {
    **{name: value for name, value in STYTCH.items() if not name.startswith("https:")},
    "aud": ["connected-app-live-d731954d-dab3-4a2b-bdee-07f3ad1be888"],
    "email": "ada@example.com",
    "nonce": "n-0S6",
}
DESCOPE = {
    "amr": ["email"],
    "drn": "DS",
    "iss": "P2YuRTmSv8PdoabcWiLoBrZP92as",
    "permissions": ["probes:read", "probes:write"],
    "rexp": "2023-12-20T01:07:21Z",
    "roles": ["editor"],
    "sub": "U2Yuv1hSv8PdoabcWiLoBrZP92as",
    "tenants": {},
}
DESCOPE_PROGRAM = {**DESCOPE, "sub": "K2Yuv1hSv8PdoabcWiLoBrZP92as", "permissions": ["probes:read"]}
DESCOPE_REFRESH = {**DESCOPE, "drn": "DSR"}
DESCOPE_ID = {
    "amr": ["email"],
    "aud": [DESCOPE["iss"]],
    "email": "ada@example.com",
    "iss": DESCOPE["iss"],
    "nonce": "n-0S6",
    "sub": DESCOPE["sub"],
}
KINDE_PROGRAM = {
    **{name: value for name, value in KINDE.items() if name not in ("permissions", "roles", "sub")},
    "gty": ["client_credentials"],
    "scope": "probes:read",
    "scp": ["probes:read"],
    "v": "2",
}
# These providers issue no other JWTs: ID tokens of Firebase, Google and Apple, and both tokens of Dex.
FIREBASE_ID = {
    "iss": "https://securetoken.google.com/acme-12345",
    "aud": "acme-12345",
    "auth_time": 1688145909,
    "user_id": "Xy1bQ0AAq0b3uAO8f5A1sQ0p",
    "sub": "Xy1bQ0AAq0b3uAO8f5A1sQ0p",
    "email": "ada@example.com",
    "email_verified": True,
    "firebase": {"identities": {"email": ["ada@example.com"]}, "sign_in_provider": "password"},
}
GOOGLE_ID = {
    "iss": "https://accounts.google.com",
    "azp": "1234987819200.apps.googleusercontent.com",
    "aud": "1234987819200.apps.googleusercontent.com",
    "sub": "10769150350006150715113082367",
    "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q",
    "hd": "example.com",
    "email": "ada@example.com",
    "nonce": "0394852-3190485-2490358",
}
GOOGLE_PROGRAM = {
    "iss": "https://accounts.google.com",
    "aud": "https://api.example.com",
    "azp": "113774264463038321964",
    "sub": "113774264463038321964",
    "email": "shop@acme-12345.iam.gserviceaccount.com",
    "email_verified": True,
}
APPLE_ID = {
    "iss": "https://appleid.apple.com",
    "aud": "com.example.app",
    "sub": "001234.a1b2c3d4e5f64a3d9a506a1d8a0d7a55.1234",
    "email": "ada@example.com",
    "email_verified": True,
    "nonce_supported": True,
}
DEX_ACCESS = {
    "iss": "https://dex.example.com",
    "sub": "CgNhZGESBWxvY2Fs",
    "aud": "web",
    "nonce": "n-0S6",
    "email": "ada@example.com",
    "email_verified": True,
    "groups": ["editors"],
    "name": "ada",
}
DEX_ID = {**DEX_ACCESS, "at_hash": "m0w3VwQ1", "c_hash": "x1Yz2A"}
