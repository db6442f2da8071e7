import { findOnPath, findOrInstall } from './find-or-install.ts';

/** Debian has it in a folder that is only in root's PATH. */
const sbin = '/usr/sbin';

/** The path of an nginx, which is installed if it is missing. */
export function findNginx(): Promise<string> {
  return findOrInstall({
    name: 'nginx',
    find: () => findOnPath(['nginx'], [sbin]),
    debianPackage: 'nginx-light',
    advice: 'install nginx',
  });
}
