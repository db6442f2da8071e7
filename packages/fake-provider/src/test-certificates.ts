/** A key only for tests on loopback: it is public and protects nothing. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpBWC35Q2MM3awxfm
X7Hw+5Puer9nEJDCIxW3I5BytWShRANCAAQsELqx73Fu5m/0J9KRGYvyINFB3S6e
V1ksPU0TFbF2lF5Cj64QkRWDviCe5X+3vPUTaPfgZMUdCgSEmX6IsFfw
-----END PRIVATE KEY-----`;

/** For 127.0.0.1 and localhost, self-signed, from 2020 to 2120. */
const selfSigned = `-----BEGIN CERTIFICATE-----
MIIBcjCCARegAwIBAgIUQhTFORw3TD4sp+dEhsZgovAre/cwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNZmFrZSBwcm92aWRlcjAgFw0yMDAxMDEwMDAwMDBaGA8yMTIw
MDEwMTAwMDAwMFowGDEWMBQGA1UEAwwNZmFrZSBwcm92aWRlcjBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABCwQurHvcW7mb/Qn0pEZi/Ig0UHdLp5XWSw9TRMVsXaU
XkKPrhCRFYO+IJ7lf7e89RNo9+BkxR0KBISZfoiwV/CjPTA7MBoGA1UdEQQTMBGH
BH8AAAGCCWxvY2FsaG9zdDAdBgNVHQ4EFgQUAwJY/E+LaWKbw0x1hgN+NoXteEMw
CgYIKoZIzj0EAwIDSQAwRgIhAJxZLIKdHf+1E3QG7JP8pNcUsbaFdGwFIPyjp503
rSbFAiEA2wThetzyxQjcf/4Vh2M4Me8wDRHkYs98VOIbjETv0Xg=
-----END CERTIFICATE-----`;

/** The same, for one day in 2020. */
const expired = `-----BEGIN CERTIFICATE-----
MIIBbjCCARWgAwIBAgIUJF8sUyPzKAz2OiKeeJfUyfuoK5EwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNZmFrZSBwcm92aWRlcjAeFw0yMDAxMDEwMDAwMDBaFw0yMDAx
MDIwMDAwMDBaMBgxFjAUBgNVBAMMDWZha2UgcHJvdmlkZXIwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQsELqx73Fu5m/0J9KRGYvyINFB3S6eV1ksPU0TFbF2lF5C
j64QkRWDviCe5X+3vPUTaPfgZMUdCgSEmX6IsFfwoz0wOzAaBgNVHREEEzARhwR/
AAABgglsb2NhbGhvc3QwHQYDVR0OBBYEFAMCWPxPi2lim8NMdYYDfjaF7XhDMAoG
CCqGSM49BAMCA0cAMEQCICjc8D4FQLE0agr+jQ+SIew0fp4HdQ11+gtIalNiBE2p
AiAbB9YlM8/GbAMSlxMnAkdr9XaX7IDNXBjPyZJy3bAHiQ==
-----END CERTIFICATE-----`;

/** The certificates of a provider with TLS. None is trusted. */
export const testCertificates = {
  self_signed: { key, cert: selfSigned },
  expired: { key, cert: expired },
} as const;

export type TestCertificate = keyof typeof testCertificates;
