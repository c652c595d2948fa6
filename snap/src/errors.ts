/**
 * The one place where an error of the core becomes an error of the snap.
 *
 * MetaMask keeps a snap running only when what it throws is a `SnapError`; anything
 * else ends it, and the caller loses code and message. So every error the core
 * answers with becomes a `SnapError`. What is *not* caught, on purpose, is the core
 * itself failing: after a panic the memory of the module cannot be trusted, and
 * ending the snap gives the next request a fresh one.
 */
import { SnapError, type Json } from '@metamask/snaps-sdk';
import { fields, integer, optional, parse, text, type Fields } from './read';

/** The result in a response of the core; the error in one is thrown. */
export function resultOf(response: string): Json {
  const { result, error } = parse(response, 'response');
  if (error !== undefined) throw snapError(fields(error, 'error'));
  return result ?? null;
}

/** Code, message and data as the core made them; the name travels with the data. */
function snapError(error: Fields): SnapError {
  const name = optional(text)(error['name'], 'error.name');
  return new SnapError(
    {
      code: integer(error['code'], 'error.code'),
      message: text(error['message'], 'error.message'),
    },
    {
      ...optional(fields)(error['data'], 'error.data'),
      ...(name === null ? {} : { name }),
    },
  );
}
