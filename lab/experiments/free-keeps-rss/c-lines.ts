/**
 * C lines that allocate blocks under a name and write them. `lent` is the label of the region that they are looked at
 * as; '' where they are not.
 */
export function allocateLines(name: string, count: number, size: number, lent: string): string[] {
  return [
    `static unsigned char *${name}[${count}];`,
    `for (size_t i = 0; i < ${count}; i++) {`,
    `    ${name}[i] = malloc(${size});`,
    `    must("malloc", ${name}[i] != NULL);`,
    `    memset(${name}[i], 0xa5, ${size});`,
    `}`,
    ...(lent === '' ? [] : [`unsigned char *${lent} = page_of(${name}[0]);`]),
  ];
}

export function freeLines(name: string, from: number, until: number): string[] {
  return [`for (size_t i = ${from}; i < ${until}; i++) free(${name}[i]);`];
}
