/** `T` as nobody may change it, however deep: what is answered comes from those who go on counting. */
export type ReadonlyDeep<T> = T extends object ? { readonly [Field in keyof T]: ReadonlyDeep<T[Field]> } : T;
