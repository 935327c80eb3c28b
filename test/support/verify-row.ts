/** A row of `spillway verify --format json`, as far as tests look at it. */
export interface VerifyCells {
  readonly kind: string;
  readonly uri: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly signature_source: string | null;
}
