namespace CloudBackup.Formats.Lines;

/// <summary>A file of lines is damaged, cut, or of another version.</summary>
internal sealed class LineFileException(string message, Exception? inner = null) : Exception(message, inner);
