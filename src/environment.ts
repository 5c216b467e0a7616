import 'reflect-metadata';
import { Transform } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsTimeZone,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
} from 'class-validator';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug'] as const;
export const LOG_FORMATS = ['pretty', 'json'] as const;

const PORT = { message: 'must be a whole number from 0 to 65535' };
/** Node's timers overflow beyond this and would fire at once. */
const LONGEST_TIMER_SECONDS = 2_147_483;
const SECONDS = { message: `must be a whole number of seconds from 0 (never) to ${LONGEST_TIMER_SECONDS}` };

/**
 * The variables by their own names, with their defaults; each message says what would be right and never shows the
 * value, which may be a secret (even one put in the wrong place). All are initialised, so that their names can be listed.
 */
export class Environment {
  @WholeNumber()
  @IsInt(PORT)
  @Min(0, PORT)
  @Max(65_535, PORT)
  PORT = 3000;

  @Matches(/^[\w.:-]+$/, { message: 'must be an address or a host name alone, such as 127.0.0.1 or 0.0.0.0' })
  HOST = '127.0.0.1';

  TENURE_DATA_DIR = './data';

  @IsOptional()
  @Matches(/^(esdb|kurrentdb)(\+discover)?:\/\/[^\s/?]\S*$/, {
    message:
      'must be a connection string such as esdb://host:2113?tls=true, esdb+discover://… or kurrentdb://…',
  })
  EVENTSTORE_URL?: string = undefined;

  @IsOptional()
  @Holds(isPostgresUrl, {
    wrong:
      'must be a URL postgres://user:password@host:5432/database; special characters of the password are %-encoded',
  })
  DATABASE_URL?: string = undefined;

  @IsOptional()
  @MinLength(32, { message: 'must have at least 32 characters; make one with: openssl rand -hex 32' })
  TENURE_ADMIN_KEY?: string = undefined;

  @ValidateIf((env: Environment) => given(env.TENURE_MASTER_KEY) || given(env.DATABASE_URL))
  @Holds(isKeyOf32Bytes, {
    wrong: 'must be 32 bytes in base64; make one with: openssl rand -base64 32',
    missing:
      'must be set when DATABASE_URL is, to 32 bytes in base64; make one with: openssl rand -base64 32',
  })
  TENURE_MASTER_KEY?: string = undefined;

  @IsOptional()
  @Holds(isKeyOf32Bytes, { wrong: 'must be the 32 bytes in base64 that TENURE_MASTER_KEY was before' })
  TENURE_PREVIOUS_MASTER_KEY?: string = undefined;

  @IsTimeZone({ message: 'must be an IANA time zone, such as UTC or Europe/Berlin' })
  TENURE_TIMEZONE = 'UTC';

  @WholeNumber()
  @IsInt(SECONDS)
  @Min(0, SECONDS)
  @Max(LONGEST_TIMER_SECONDS, SECONDS)
  TENURE_CLOCK_SECONDS = 60;

  @ValidateIf((env: Environment) => given(env.OIDC_ISSUER) || given(env.OIDC_AUDIENCE))
  @Holds(isIssuer, {
    wrong: 'must be an https:// URL (http:// only for localhost)',
    missing: 'must be set when OIDC_AUDIENCE is, to the https:// URL of the issuer',
  })
  OIDC_ISSUER?: string = undefined;

  @ValidateIf((env: Environment) => given(env.OIDC_ISSUER))
  @Holds(given, { wrong: '', missing: 'must be set when OIDC_ISSUER is, to the audience that tokens carry' })
  OIDC_AUDIENCE?: string = undefined;

  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'info';

  @IsOptional()
  @IsIn(LOG_FORMATS, { message: `must be one of ${LOG_FORMATS.join(', ')}` })
  LOG_FORMAT?: (typeof LOG_FORMATS)[number] = undefined;
}

/** Text that is no plain whole number becomes NaN and fails the check; Number() would take "1e3" and "0x10". */
function WholeNumber() {
  return Transform(({ value }: { value: string }) => (/^\d{1,15}$/.test(value) ? Number(value) : Number.NaN));
}

/** One check of our own, with a message for a wrong value and one for a missing value. */
function Holds(check: (text: string) => boolean, say: { wrong: string; missing?: string }) {
  return ValidateBy(
    { name: check.name, validator: { validate: (value?: string) => value !== undefined && check(value) } },
    { message: ({ value }) => (value === undefined ? (say.missing ?? say.wrong) : say.wrong) },
  );
}

function given(text: string | undefined): boolean {
  return text !== undefined;
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text) && !text.includes('#');
}

function isKeyOf32Bytes(text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === text;
}

function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname))
  );
}
