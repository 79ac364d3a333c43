namespace CloudBackup.Formats.Tar;

/// <summary>The bytes are no tar archive, or one with something in it that is not understood.</summary>
internal sealed class TarFormatException(string message) : Exception(message);
