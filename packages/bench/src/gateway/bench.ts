import type { Product } from '../start-product.ts';
import type { Contenders } from './contenders.ts';

/** What every case measures with. */
export interface Bench {
  contenders: Contenders;
  product: Product;
  /** For the bodies that wrk posts. */
  folder: string;
  rounds: number;
  /** Of each contender's turn in a round. */
  seconds: number;
  /** Channels to be probed while the gateway works. */
  probedIds: readonly number[];
}
