/**
 * Readers for JSON that came from the core: any JSON in, a typed value out, or an
 * error that names the field. A summary that is not what a view expects must stop
 * the request, never be shown with a hole in it.
 */
import { SnapError, type Json } from '@metamask/snaps-sdk';

/** A JSON object whose members have not been looked at yet. */
export type Fields = Record<string, Json>;

/** Takes a value (undefined when the member is missing) and its name for the error. */
type Read<Value> = (value: Json | undefined, name: string) => Value;

export const text: Read<string> = (value, name) =>
  typeof value === 'string' ? value : refuse(name, 'a string');

export const flag: Read<boolean> = (value, name) =>
  typeof value === 'boolean' ? value : refuse(name, 'true or false');

export const integer: Read<number> = (value, name) =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse(name, 'a whole number');

/** Any value that is there. */
export const json: Read<Json> = (value, name) =>
  value === undefined ? refuse(name, 'given') : value;

export const fields: Read<Fields> = (value, name) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? value
    : refuse(name, 'an object');

export const list =
  <Value>(read: Read<Value>): Read<Value[]> =>
  (value, name) =>
    Array.isArray(value)
      ? value.map((item, index) => read(item, `${name}[${index}]`))
      : refuse(name, 'a list');

/** The value, or null when it is null or missing. */
export const optional =
  <Value>(read: Read<Value>): Read<Value | null> =>
  (value, name) =>
    value === null || value === undefined ? null : read(value, name);

export const oneOf =
  <Word extends string>(...words: readonly Word[]): Read<Word> =>
  (value, name) =>
    words.find((word) => word === value) ?? refuse(name, `one of: ${words.join(', ')}`);

/** The object that a JSON text holds. */
export function parse(source: string, name: string): Fields {
  const value: Json = JSON.parse(source);
  return fields(value, name);
}

function refuse(name: string, wanted: string): never {
  throw new SnapError(`${name} must be ${wanted}`);
}
