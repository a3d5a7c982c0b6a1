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
# These providers issue no other JWTs: ID tokens of Firebase and Google, and both tokens of Dex.
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
