namespace CloudBackup.Storage.S3;

/// <summary>A part of an object was asked for, and all of it came: every read of a large object would transfer it many times.</summary>
internal sealed class RangeIgnoredException() : Exception("all of an object came in place of a part");
