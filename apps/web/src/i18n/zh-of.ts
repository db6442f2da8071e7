/** The Chinese texts of a file. Chinese has one form for every count, so there is no `.one`. */
export type ZhOf<En> = Record<Exclude<keyof En, `${string}.one`>, string>;
