// Packages in CommonJS (such as @nestjs/throttler) require Nest, which has ES modules. Jest cannot require a module
// that is only being linked, so Nest is loaded before any test file imports it.
import '@nestjs/common';
import '@nestjs/core';
