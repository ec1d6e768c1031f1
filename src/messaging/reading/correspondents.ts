import { Injectable } from '@nestjs/common';
import { memoize, TieredCache } from '../../cache/index.js';
import type { UserProfile } from '../../users/dto/user.dto.js';
import { UsersService } from '../../users/users.service.js';
import { userTag } from '../cache-tags.js';
import type { Correspondent } from '../dto/message.dto.js';

/**
 * Who is behind the user ids of messages. Names are in PostgreSQL alone; a cached response that shows them gets the tags of
 * the users it shows, so that a new name is seen at once (docs/consistency.md, rule 9).
 */
@Injectable()
export class Correspondents {
  private readonly profiles: (ids: readonly string[]) => Promise<UserProfile[]>;

  constructor(cache: TieredCache, users: UsersService) {
    this.profiles = memoize(cache, (ids: readonly string[]) => users.profiles(ids), {
      name: 'messages.names',
      tags: (ids) => ids.map(userTag),
    });
  }

  /** Gives the user of each id; one who is no user any more has no handle. */
  async of(ids: Iterable<string>): Promise<(id: string) => Correspondent> {
    const distinct = [...new Set(ids)].sort();
    const known = distinct.length === 0 ? [] : await this.profiles(distinct);
    const byId = new Map(known.map((profile) => [profile.id, profile]));
    return (id) => byId.get(id) ?? { id, handle: null, displayName: 'Former user' };
  }
}
