import { Global, Module } from '@nestjs/common';
import { PrismaService } from './prisma.service.js';

/** The one client of the clinical database, for every module. */
@Global()
@Module({ providers: [PrismaService], exports: [PrismaService] })
export class PrismaModule {}
