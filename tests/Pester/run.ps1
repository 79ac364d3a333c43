<#
.SYNOPSIS
Runs the Pester suite against the built module, in a real pwsh.

.DESCRIPTION
Needs Pester 5.7 or later. The last line that it writes is «pester: passed failed skipped»; the exit code is 1 when a test failed or could not be
run. Where there is no Pester, it says so, and that is no failure.

.EXAMPLE
pwsh -NoProfile -File tests/Pester/run.ps1

.EXAMPLE
pwsh -NoProfile -File tests/Pester/run.ps1 New-AppBackup
#>
param(
    # Only test files of these cmdlets; wildcards are allowed.
    [string[]] $Name = '*'
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module -ListAvailable -Name Pester | Where-Object -Property Version -GE ([version] '5.7'))) {
    'There is no Pester 5.7 or later here: the Pester suite did not run.'
    exit 0
}
Import-Module -Name Pester -MinimumVersion 5.7

$configuration = New-PesterConfiguration
$configuration.Run.Path = @($Name | ForEach-Object { "$PSScriptRoot/$_.Tests.ps1" })
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = if ($env:CI) { 'Normal' } else { 'Detailed' }
$result = Invoke-Pester -Configuration $configuration
'pester: {0} {1} {2}' -f $result.PassedCount, ($result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount), $result.SkippedCount
exit [int] ($result.Result -ne 'Passed')
