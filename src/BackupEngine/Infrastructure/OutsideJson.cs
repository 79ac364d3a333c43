using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CloudBackup.Infrastructure;

/// <summary>JSON that another program, another version or an attacker may have written: it is valid, or one kind of failure.</summary>
internal static class OutsideJson
{
    /// <summary>Reads a document. No element of a list in it is null, and nothing else that its type says is never null.</summary>
    /// <exception cref="JsonException">It is malformed, of another kind, or empty.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var value = JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException("The document is empty.");
            AbsentValues.Fill(value);
            return value;
        }
        catch (Exception failure) when (failure is not JsonException and not OutOfMemoryException)
        {
            // Wrong kinds, texts that are no UTF-16, and numbers out of range reach the caller as several kinds of exception.
            throw new JsonException(failure.Message, failure);
        }
    }
}
