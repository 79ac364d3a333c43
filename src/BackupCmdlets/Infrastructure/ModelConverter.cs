using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace CloudBackup.Infrastructure;

/// <summary>
/// Makes objects of the module live again that came through Clixml, a job or a remote session, where PowerShell hands out copies of their
/// properties: times are times again, states compare with words, and an item binds to the cmdlet that restores it.
/// </summary>
public sealed class ModelConverter : PSTypeConverter
{
    private const string CopyPrefix = "Deserialized.";

    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType)
    {
        ArgumentNullException.ThrowIfNull(destinationType);
        return sourceValue is PSObject copy && copy.TypeNames.Contains(CopyPrefix + destinationType.FullName);
    }

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        Revive((PSObject)sourceValue, destinationType);

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new NotSupportedException();

    private static object Revive(PSObject copy, Type type)
    {
        var constructor = type.GetConstructors().MinBy(candidate => candidate.GetParameters().Length)!;
        var revived = constructor.Invoke([.. constructor.GetParameters().Select(parameter => ValueOf(copy, parameter.Name!, parameter.ParameterType))]);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true }))
        {
            if (ValueOf(copy, property.Name, property.PropertyType) is { } value)
            {
                property.SetValue(revived, value);
            }
        }
        // A fact that no public property sets. Cmdlets look it up again in the catalog, so a copy only shows what the original was.
        return revived is SiteBackup backup && copy.Properties[nameof(SiteBackup.Trusted)]?.Value is true
            ? backup with { Origin = BackupOrigin.Platform }
            : revived;
    }

    private static object? ValueOf(PSObject copy, string name, Type type) => copy.Properties[name]?.Value is { } value ? Convert(value, type) : null;

    private static object? Convert(object value, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var copy = PSObject.AsPSObject(value);
        if (type == typeof(DateTimeOffset))
        {
            return copy.Properties["UtcTicks"]?.Value is long ticks
                ? new DateTimeOffset(ticks, TimeSpan.Zero)
                : DateTimeOffset.Parse(copy.ToString(), CultureInfo.InvariantCulture);
        }
        if (type.IsGenericType && value is not string && copy.BaseObject is IEnumerable items)
        {
            var of = type.GetGenericArguments()[0];
            var list = items.Cast<object>().Select(item => Convert(item, of)).ToArray();
            var array = Array.CreateInstance(of, list.Length);
            list.CopyTo(array, 0);
            return array;
        }
        // What is stored as a base class, such as StorageSettings, says in the copy what it was.
        var known = copy.TypeNames.Where(name => name.StartsWith(CopyPrefix + "CloudBackup.", StringComparison.Ordinal))
            .Select(name => typeof(BackupSite).Assembly.GetType(name[CopyPrefix.Length..])).FirstOrDefault(found => found is not null && !found.IsEnum);
        if (known is not null && type.IsAssignableFrom(known))
        {
            return Revive(copy, known);
        }
        return LanguagePrimitives.TryConvertTo(value, type, CultureInfo.InvariantCulture, out var converted) ? converted : null;
    }
}
