// Tokens of standards rather than of services. Plain data; the tests run the examples.
import type { RuleGroup } from '../types.js'

export const forms: RuleGroup = {
  area: 'forms',
  tokens: [
    {
      id: 'jwt',
      vendor: 'RFC 7519',
      prefixes: ['eyJ'],
      body: '[A-Za-z0-9_-]{8,300}\\.eyJ[A-Za-z0-9_-]{4,100}',
      run: '.',
      source: 'https://www.rfc-editor.org/rfc/rfc7519',
      yes: ['eyJ{33:w}.eyJ{80:w}.{43:w}', 'eyJ{17:w}.eyJ{20:w}.'],
      no: ['eyJmb28', 'eyJhIjoxfQ']
    },
    {
      id: 'jwe',
      vendor: 'RFC 7516',
      prefixes: ['eyJ'],
      body: '[A-Za-z0-9_-]{16,200}\\.(?:[A-Za-z0-9_-]{100,180}|\\.[A-Za-z0-9_-]{8,24}\\.)',
      run: '.',
      source: 'https://www.rfc-editor.org/rfc/rfc7516',
      yes: ['eyJ{60:w}.{342:w}.{16:w}.{80:w}.{22:w}'],
      no: ['eyJ.x']
    },
    {
      id: 'jwt',
      vendor: 'RFC 7519, base64 of a JWT',
      prefixes: ['ZXlK'],
      body: '[A-Za-z0-9+/=_-]{60,420}',
      source: 'https://www.rfc-editor.org/rfc/rfc7519',
      yes: ['ZXlK{120:an}'],
      no: ['ZXlKx']
    },
    {
      id: 'secret-token',
      vendor: 'RFC 8959',
      prefixes: ['secret-token:'],
      body: '[A-Za-z0-9_.~%+/=-]{6,300}',
      source: 'https://www.rfc-editor.org/rfc/rfc8959',
      yes: ['secret-token:{24:an}'],
      no: ['secret-token:']
    },
    {
      id: 'bcrypt-hash',
      vendor: 'bcrypt',
      prefixes: ['$2a$', '$2b$', '$2y$'],
      body: '\\d\\d\\$[./A-Za-z0-9]{53}',
      source: 'https://man.openbsd.org/crypt.3',
      yes: ['$2b$12${53:an}'],
      no: ['$2a$x']
    },
    {
      id: 'crypt-hash',
      vendor: 'crypt(5)',
      prefixes: ['$argon2id$', '$argon2i$', '$argon2d$'],
      body: '[A-Za-z0-9$+/=,]{40,300}',
      source: 'https://www.rfc-editor.org/rfc/rfc9106',
      yes: ['$argon2id$v=19$m=65536,t=3,p=4${22:an}${43:an}'],
      no: ['$argon2id$x']
    },
    {
      id: 'crypt-hash',
      vendor: 'crypt(5)',
      prefixes: ['$6$', '$5$'],
      body: '(?:rounds=\\d{1,9}\\$)?[./A-Za-z0-9]{4,16}\\$[./A-Za-z0-9]{43,86}',
      source: 'https://man7.org/linux/man-pages/man5/crypt.5.html',
      yes: ['$6${16:an}${86:an}'],
      no: ['$5$x']
    },
    {
      id: 'django-hash',
      vendor: 'Django',
      prefixes: ['pbkdf2_sha256$', 'pbkdf2_sha1$'],
      body: '\\d{1,8}\\$[A-Za-z0-9]{8,64}\\$[A-Za-z0-9+/=]{27,64}',
      source: 'https://docs.djangoproject.com/en/stable/topics/auth/passwords/',
      yes: ['pbkdf2_sha256$600000${22:an}${43:an}='],
      no: ['pbkdf2_sha256$x']
    },
    {
      id: 'django-key',
      vendor: 'Django',
      prefixes: ['django-insecure-'],
      body: '[A-Za-z0-9!@#$%^&*()_+=-]{30,80}',
      source: 'https://docs.djangoproject.com/en/stable/ref/settings/#secret-key',
      yes: ['django-insecure-{50:an}'],
      no: ['django-insecure-x']
    },
    {
      id: 'otp-uri',
      vendor: 'Key URI',
      prefixes: ['otpauth://'],
      body: '(?:totp|hotp)/[^\\s"\'<>]{8,300}',
      source: 'https://github.com/google/google-authenticator/wiki/Key-Uri-Format',
      yes: ['otpauth://totp/demo?secret={32:b32}'],
      no: ['otpauth://x']
    }
  ]
}
