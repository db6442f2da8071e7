// The build without `eval` has Alpine's interface but ships no types.
declare module '@alpinejs/csp' {
  import type { Alpine } from 'alpinejs';

  const alpine: Alpine;
  export default alpine;
}
