import { z } from 'zod';
import { ruleLine } from '../shape.ts';
import { faultOfPriceRule, formatPriceRule, parsePriceRule } from './price-rule.ts';

/** Lines of prices; of the lines that match a model the first counts. */
export const priceRulesSchema = z
  .array(
    ruleLine(faultOfPriceRule, 'wrong_price').transform((text) =>
      formatPriceRule(parsePriceRule(text)),
    ),
  )
  .max(5000)
  .describe(
    '"model = input 2.5, output 10, cached_input 1.25": dollars for a million tokens, or for a request; the model may have *; the first line that matches counts',
  );
