/**
 * The ways a piece of work can fail; each one decides what happens next.
 * Messages are read by administrators: they name the field or part and say what to do.
 */

/** Bad input in a resource or a site file. Not retried until the input changes. */
export class Invalid extends Error {
  override readonly name = 'Invalid';
  /** Path of the field at fault, such as `spec.person.fullName`; empty when the whole document is at fault. */
  readonly field: string;
  constructor(field: string, message: string) {
    super(field === '' ? message : `${field}: ${message}`);
    this.field = field;
  }
}

/** A refusal that needs a person's decision (a foreign entry, an address conflict, the guard). */
export class Blocked extends Error {
  override readonly name = 'Blocked';
  /** CamelCase reason for a condition. */
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Something that others have yet to make, such as a Secret that was named. Retried with backoff. */
export class Awaited extends Error {
  override readonly name = 'Awaited';
  /** CamelCase reason for a condition. */
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The part that failed, as conditions name it. Without the lease nothing may be written: it ends the pass. */
export type UnavailablePart = 'LDAP' | 'Kubernetes' | 'Dovecot' | 'Postfix' | 'S3' | 'Lease';

/** Something outside could not be reached or answered only in part. Retried with backoff. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly part: UnavailablePart;
  constructor(part: UnavailablePart, message: string, cause?: unknown) {
    super(message, { cause });
    this.part = part;
  }
}

/** The world changed between reading and writing (409, AlreadyExists, assertion failed). Read again, then retry. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}
