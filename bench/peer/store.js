// The catalogue and the members' names, from the tables that PixelCraft made and filled: both programs read the same rows.
// An id is the UUID as the database's driver gives it (SQLite: 32 hexadecimal digits).
const columns = `id, owner_id AS "ownerId", title, description, tags, visibility, status, failure_reason AS "failureReason",
  file_name AS "fileName", content_type AS "contentType", bytes, sha256, width, height, thumb_hash AS "thumbHash",
  content_hash AS "contentHash", variants, created_at AS "createdAt", updated_at AS "updatedAt", trashed_at AS "trashedAt", version`;

const parse = (row) => {
  row.tags = JSON.parse(row.tags);
  row.variants = JSON.parse(row.variants);
  return row;
};

async function openPostgres(url) {
  const { default: pg } = await import('pg');
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  const ask = async (name, text, values) => (await pool.query({ name, text, values })).rows; // named: prepared once a connection
  const from = `SELECT ${columns} FROM catalogue.images`;
  const gallery = 'visibility = 2 AND status = 1 AND trashed_at IS NULL';
  return {
    find: async (id) => (await ask('find', `${from} WHERE id = $1`, [id])).map(parse)[0],
    gallery: async (limit, after) => (after
      ? await ask('after', `${from} WHERE ${gallery} AND id < $1 ORDER BY id DESC LIMIT $2`, [after, limit])
      : await ask('first', `${from} WHERE ${gallery} ORDER BY id DESC LIMIT $1`, [limit])).map(parse),
    owned: async (owner, limit) => (await ask('owned',
      `${from} WHERE owner_id = $1 AND ${gallery} ORDER BY id DESC LIMIT $2`, [owner, limit])).map(parse),
    tagged: async (tag, limit) => (await ask('tagged', `SELECT ${columns} FROM catalogue.images WHERE id IN
      (SELECT image_id FROM catalogue.image_tags WHERE tag = $1 AND listed) ORDER BY id DESC LIMIT $2`, [tag, limit])).map(parse),
    found: async ([one, other], limit) => (await ask('found', `SELECT ${columns} FROM catalogue.images WHERE id IN
      (SELECT image_id FROM catalogue.image_words WHERE word = $1 AND listed) AND id IN
      (SELECT image_id FROM catalogue.image_words WHERE word = $2 AND listed) ORDER BY id DESC LIMIT $3`, [one, other, limit])).map(parse),
    names: (ids) => ask('names', 'SELECT id, name FROM accounts.members WHERE id = ANY($1)', [ids]),
  };
}

async function openSqlite(folder) {
  const { default: Database } = await import('better-sqlite3');
  const open = (name) => {
    const db = new Database(`${folder}/${name}.db`, { readonly: true });
    db.pragma('cache_size = -65536');
    db.pragma('mmap_size = 268435456');
    return db;
  };
  const catalogue = open('catalogue');
  const accounts = open('accounts');
  const hex = columns.replace('id, owner_id', 'lower(hex(id)) AS id, lower(hex(owner_id))');
  const from = `SELECT ${hex} FROM images`;
  const galleryFilter = 'visibility = 2 AND status = 1 AND trashed_at IS NULL';
  const time = (us) => (us === null ? null : new Date(us / 1000));
  const row = (r) => {
    r.createdAt = time(r.createdAt);
    r.updatedAt = time(r.updatedAt);
    r.trashedAt = time(r.trashedAt);
    return parse(r);
  };
  const find = catalogue.prepare(`${from} WHERE images.id = unhex(?)`);
  const first = catalogue.prepare(`${from} WHERE ${galleryFilter} ORDER BY images.id DESC LIMIT ?`);
  const after = catalogue.prepare(`${from} WHERE ${galleryFilter} AND images.id < unhex(?) ORDER BY images.id DESC LIMIT ?`);
  const owned = catalogue.prepare(`${from} WHERE owner_id = unhex(?) AND ${galleryFilter} ORDER BY images.id DESC LIMIT ?`);
  let tagged, found;
  const name = accounts.prepare('SELECT lower(hex(id)) AS id, name FROM members WHERE id = unhex(?)');
  return {
    find: async (id) => { const r = find.get(id); return r && row(r); },
    gallery: async (limit, cursor) => (cursor ? after.all(cursor, limit) : first.all(limit)).map(row),
    owned: async (owner, limit) => owned.all(owner, limit).map(row),
    tagged: async (tag, limit) => {
      tagged ??= catalogue.prepare(`${from} WHERE images.id IN (SELECT image_id FROM image_tags WHERE tag = ? AND listed) ORDER BY images.id DESC LIMIT ?`);
      return tagged.all(tag, limit).map(row);
    },
    found: async ([one, other], limit) => {
      const having = 'images.id IN (SELECT image_id FROM image_words WHERE word = ? AND listed)';
      found ??= catalogue.prepare(`${from} WHERE ${having} AND ${having} ORDER BY images.id DESC LIMIT ?`);
      return found.all(one, other, limit).map(row);
    },
    names: async (ids) => ids.map((id) => name.get(id)).filter(Boolean),
  };
}

export const openStore = () => (process.env.PG_URL ? openPostgres(process.env.PG_URL) : openSqlite(process.env.SQLITE_FOLDER));
