namespace CloudBackup.Formats.Index;

/// <summary>The bytes are no index, or a cut or damaged one.</summary>
internal sealed class IndexFormatException(string message, Exception? inner = null) : Exception(message, inner);
