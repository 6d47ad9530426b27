/** The name of the report's format, with its version. */
export const reportSchemaId = 'pagescope/report@1';
