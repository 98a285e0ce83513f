/** Every item of a list that comes in pages: the next page is asked for when the one before is read. */
export async function* allPages<Page extends { readonly next?: number }, Item>(
  after: number | undefined,
  read: (after: number | undefined) => Promise<Page>,
  items: (page: Page) => readonly Item[],
): AsyncGenerator<Item, void, undefined> {
  let next = after;
  do {
    const page: Page = await read(next);
    yield* items(page);
    next = page.next;
  } while (next !== undefined);
}
