/** What names a package on a disk, and what a person says of it. */
const text = (value: string) => value;

export const packageArgument = {
  parse: text,
  brief: "The vendor's package: a directory or a zip",
  placeholder: 'path',
} as const;

export const packageFlags = {
  version: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'Its whole version, where its name does not show it',
    placeholder: 'version',
  },
  model: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'The model it must be for, such as quectel/ec25euga-m4g',
    placeholder: 'id',
  },
} as const;

export type PackageFlags = { readonly version?: string; readonly model?: string };
