/** Characters of a section about alerts as JSON; more is no list of destinations. */
export const longestSection = 512 * 1024;
