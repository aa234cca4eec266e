/** D1 that notes what it was asked, and how many rows it read for that. */
export function noting(db: D1Database) {
  const asked: { sql: string; bound: unknown[]; rowsRead: number }[] = [];
  const prepare = (sql: string) => ({
    bind: (...bound: unknown[]) => ({
      async all() {
        const answer = await db
          .prepare(sql)
          .bind(...bound)
          .all();
        asked.push({ sql, bound, rowsRead: answer.meta.rows_read });
        return answer;
      },
    }),
  });
  return { asked, db: { prepare } as unknown as D1Database };
}
