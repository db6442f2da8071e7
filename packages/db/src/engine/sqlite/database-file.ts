/** The database in a data folder, by the name that the older tool gave it. */
export const databaseFileName = 'registry.db';
