import '../../server/build.ts'
