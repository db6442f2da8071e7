import type { FakeProvider } from '@api-monitor/fake-provider';
import type { Page } from 'playwright-core';
import type { Product } from './start-product.ts';

/** A state of the product, and the page that shows it. */
export interface Scene {
  name: string;
  /** Shown with an admin session. */
  isAdmin?: boolean;
  prepare(product: Product, providers: readonly FakeProvider[]): Promise<void>;
  show(page: Page, origin: string): Promise<void>;
}
