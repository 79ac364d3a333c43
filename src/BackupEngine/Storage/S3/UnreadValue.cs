using System.Net.Sockets;
using System.Security.Authentication;
using System.Xml;

namespace CloudBackup.Storage.S3;

/// <summary>
/// Tells an answer that the SDK fails to read, a value of which is out of its kind or bounds, from one that did not come: the first stays as it is
/// however often you ask. What the runtime says about it is of no use to you.
/// </summary>
internal static class UnreadValue
{
    /// <summary>What is wrong with such an answer.</summary>
    public const string Text = "it came, and a value in it cannot be read";

    /// <summary>Whether a failure comes from reading an answer.</summary>
    public static bool IsCauseOf(Exception failure)
    {
        var isOfReading = false;
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (IsOfTransfer(cause))
            {
                return false;
            }
            isOfReading |= IsOfReading(cause);
        }
        return isOfReading;
    }

    private static bool IsOfTransfer(Exception cause) => cause is IOException or SocketException or HttpRequestException
        or OperationCanceledException or TimeoutException or AuthenticationException or ObjectDisposedException;

    private static bool IsOfReading(Exception cause) => cause is FormatException or ArithmeticException or XmlException or ArgumentException
        or InvalidCastException or KeyNotFoundException or IndexOutOfRangeException or NullReferenceException;
}
