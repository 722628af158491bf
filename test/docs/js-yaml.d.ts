declare module 'js-yaml' {
  /** A document of YAML, merge keys included. */
  export function safeLoad(text: string): unknown;
}
