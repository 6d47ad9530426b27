/** What a session can be written as. Here by themselves: the command line names them before it loads what writes. */
export const reportFormats = ['json', 'csv', 'md', 'html', 'strace', 'svg', 'c', 'workbench'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** With the one that is not text: the picture of the pages as points, which a window draws for itself. */
export const fileFormats = [...reportFormats, 'png'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** The tables that a report has as CSV. */
export const csvTables = ['steps', 'samples', 'pages', 'claims', 'measurements', 'histogram'] as const;
export type CsvTable = (typeof csvTables)[number];
